"""Voluntary demographics held apart from everything else, and the audit of adverse impact that reads them."""
