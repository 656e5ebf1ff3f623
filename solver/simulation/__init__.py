"""A season as it may go: rain, breakdowns, queues; each evening tomorrow is planned anew by a fast rule."""
