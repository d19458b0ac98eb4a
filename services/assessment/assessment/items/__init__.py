"""Items 计数明细: what facts come to when they are folded. Always derivable again."""
