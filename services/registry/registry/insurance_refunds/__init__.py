"""Unemployment insurance that was drawn by fraud: refunds and fines (骗取失业保险金的退回与罚款)."""
