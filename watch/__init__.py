"""Takes photos from the staging folder: scan, settle, claim, judge in a worker, record."""
