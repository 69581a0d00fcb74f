"""French as the atlas writes it: numbers, dates, plurals, reasons; and the constants that several rooms use."""
