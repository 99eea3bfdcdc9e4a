"""Backtest: what one rulebook would have done with past complaints, and what another would have done."""
