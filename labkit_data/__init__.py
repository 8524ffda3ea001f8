"""Motion capture → captioned motions on the open body: readers, retargeting, captions, splits."""
