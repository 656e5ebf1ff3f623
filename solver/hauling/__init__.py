"""Hauling of a day: which truck takes which load when."""
