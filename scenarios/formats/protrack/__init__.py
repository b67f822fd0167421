"""ProTrack ``.p2x`` project files."""

from scenarios.formats.protrack.source import ProTrackSource, protrack_source

__all__ = ["ProTrackSource", "protrack_source"]
