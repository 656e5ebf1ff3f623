"""Who collects what, when: scenarios in, checked plans out. Knows nothing of Flask, a database or `app`."""
