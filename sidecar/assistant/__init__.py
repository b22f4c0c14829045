"""The assistant: questions of viewers, answers that are drafted from what the shop knows, and approved by people."""
