"""Table ``post``."""

from __future__ import annotations

from jobs_market.posts.domain import Post
from jobs_market.rows import Rows

POSTS = Rows("post", Post)
