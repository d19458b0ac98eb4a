"""Enterprises closed or bankrupt under the national plan (国家计划关闭破产企业名单)."""
