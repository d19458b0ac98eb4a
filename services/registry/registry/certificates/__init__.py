"""The re-employment preference certificate (再就业优惠证)."""
