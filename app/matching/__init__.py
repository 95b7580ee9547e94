"""Certified learners and offers, with reasons and consent."""
