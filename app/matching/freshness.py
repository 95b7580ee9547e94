"""How a proof fades once its validity has ended: published constants, not fits (matching.md §3)."""

FULL = 1000  # thousandths, until the certificate's `valid_until`

# max(500, round(1000·2^(−k/h))) for k whole months, h = 36 (digital skills) and h = 72 (the others): written out,
# because two machines may round a power differently and a score must be the same everywhere.
# fmt: off
SWIFT_MILLI = (
    1000, 981, 962, 944, 926, 908, 891, 874, 857, 841, 825, 809,
    794, 779, 764, 749, 735, 721, 707, 694, 680, 667, 655, 642,
    630, 618, 606, 595, 583, 572, 561, 551, 540, 530, 520, 510,
    500,
)
SLOW_MILLI = (
    1000, 990, 981, 972, 962, 953, 944, 935, 926, 917, 908, 900,
    891, 882, 874, 866, 857, 849, 841, 833, 825, 817, 809, 801,
    794, 786, 779, 771, 764, 756, 749, 742, 735, 728, 721, 714,
    707, 700, 694, 687, 680, 674, 667, 661, 655, 648, 642, 636,
    630, 624, 618, 612, 606, 600, 595, 589, 583, 578, 572, 567,
    561, 556, 551, 545, 540, 535, 530, 525, 520, 515, 510, 505,
    500,
)
# fmt: on
