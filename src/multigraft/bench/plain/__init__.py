"""The plain versions: what one writes with PyG today, without a handicap."""
