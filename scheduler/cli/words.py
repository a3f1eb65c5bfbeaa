"""Answers in which language the command line speaks: that of TASUKI_LOCALE, Japanese unless it says en."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / "translations"

# Read here rather than from the settings: help is worded before any setting is checked.
_ = gettext.translation("messages", _FOLDER, [os.environ.get("TASUKI_LOCALE", "ja")], fallback=True).gettext
