"""Patrols (H39): how often somebody goes round a yard, when a round is due, how punctual the rounds were."""
