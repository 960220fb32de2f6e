"""What Trellis shows: values in, Block Kit and words out. No I/O."""
