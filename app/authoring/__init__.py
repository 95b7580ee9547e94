"""Courses as text: the reader, the validator and the rendering of lessons."""
