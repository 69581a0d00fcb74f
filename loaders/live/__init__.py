"""The network: sources fetched again and put in place as one, and the services asked on a user's request."""
