"""The city's subsidy to towns: claims, their distribution to collecting bodies, and what that rests on."""
