"""Vacancies reported by employers 空岗信息."""
