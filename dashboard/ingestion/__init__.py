"""From a stranger's file to stored transactions: readers, layouts, normalising, loading."""
