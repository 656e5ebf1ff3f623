"""Benchmarks that anyone can rerun: `make bench` (README of the answers: docs/benchmarks.md)."""
