"""Who is on papers about money, and the data of the invoices that the tax office's platform makes."""
