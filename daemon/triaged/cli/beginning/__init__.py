"""The first hour, a step a module: `triaged init` goes through them. They ask and show; what is found out and written is setup's."""
