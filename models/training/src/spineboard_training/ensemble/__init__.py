"""The pack `spine-ensemble`: what MSK-MET teaches and what is published, fused across many plausible worlds."""
