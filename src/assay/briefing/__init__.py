"""Briefing pages: what a reader sees, computed from profiles, rulebook and scores."""

from assay.briefing.site import SiteReport, build_site

__all__ = ["SiteReport", "build_site"]
