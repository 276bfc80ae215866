"""Trials that take minutes: `make trial-years`, `trial-digits`, `trial-books`, `trial-suite`, `trial-versions`."""
