"""Measuring the gate on labelled photos: what it recognises, lets pass, covers and blocks."""
