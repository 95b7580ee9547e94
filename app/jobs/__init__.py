"""Employers, offers, applications."""
