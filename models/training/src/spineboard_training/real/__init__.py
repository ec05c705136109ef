"""The real part g(x) of `spine-ensemble`: three families of models of MSK-MET's real times, stacked on held-out patients."""
