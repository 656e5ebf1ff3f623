"""The offline app of the gate: its shell, its service worker, and what the app sends and asks."""
