"""Pages of the public web, as text: which addresses may be reached, how a page is got, and what of it is read."""
