"""An invented school of drawn people: for the demo and for tests."""
