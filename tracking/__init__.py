"""The follow-up store: deployments of projects and values of their indicators, with their whole history."""
