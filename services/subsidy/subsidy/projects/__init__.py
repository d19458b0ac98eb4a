"""Projects (项目): what a body was approved to do from the fund, and which quarters of it were granted."""
