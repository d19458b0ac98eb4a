"""jobs-market 就业服务: posts, vacancies, referrals, placements, public-welfare posts, training."""
