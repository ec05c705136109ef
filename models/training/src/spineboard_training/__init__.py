"""Makes SpineBoard's model packs from real patients, published evidence and written rules."""

__version__ = "0.1.0"
