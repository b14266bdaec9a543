"""What the product does, the same from a page, the API, a job or a notebook."""
