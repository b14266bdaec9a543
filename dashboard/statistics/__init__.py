"""Statistics of the product, each with the source of its formula."""
