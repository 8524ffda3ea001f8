"""labkit: text-to-human-motion diffusion, taught piece by piece."""
