"""Slow measurements; each prints its figures and is run by hand or by the school's own checks."""
