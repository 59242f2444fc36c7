"""MCP servers, each a program that speaks over its standard input and output."""
