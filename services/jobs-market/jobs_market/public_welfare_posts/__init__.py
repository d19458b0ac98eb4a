"""Public-welfare posts 公益性岗位 and who occupies them."""
