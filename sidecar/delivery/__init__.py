"""Delivering: wire messages, hub, HTTP and WebSocket server."""
