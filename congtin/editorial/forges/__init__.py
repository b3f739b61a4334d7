"""The forges (GitHub, GitLab, Gitea, Forgejo): a second face of a Change, never the authority over it."""
