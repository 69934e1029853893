"""The three splits by scaffold as their authors wrote them, with dictionaries and lists; group orders are given."""


def groups_of(scaffolds):
    groups = {}
    for number, scaffold in enumerate(scaffolds):
        if scaffold not in groups:
            groups[scaffold] = [number]
        else:
            groups[scaffold].append(number)
    return groups


def scaffold_split(scaffolds, frac_train, frac_valid):
    """``scaffold_split`` in the release of Hu et al. 2020 (chem/splitters.py)."""
    groups = {scaffold: sorted(members) for scaffold, members in groups_of(scaffolds).items()}
    sets = [
        members
        for (_, members) in sorted(groups.items(), key=lambda item: (len(item[1]), item[1][0]), reverse=True)
    ]  # fmt: skip
    train_cutoff = frac_train * len(scaffolds)
    valid_cutoff = (frac_train + frac_valid) * len(scaffolds)
    train, valid, test = [], [], []
    for members in sets:
        if len(train) + len(members) > train_cutoff:
            if len(train) + len(valid) + len(members) > valid_cutoff:
                test.extend(members)
            else:
                valid.extend(members)
        else:
            train.extend(members)
    return train, valid, test


def balanced_split(scaffolds, sizes, shuffle_big, shuffle_small):
    """``scaffold_split(balanced=True)`` of Chemprop; the two functions put a list of groups into their random order."""
    train_size, val_size, test_size = (size * len(scaffolds) for size in sizes)
    big_index_sets, small_index_sets = [], []
    for index_set in groups_of(scaffolds).values():
        if len(index_set) > val_size / 2 or len(index_set) > test_size / 2:
            big_index_sets.append(index_set)
        else:
            small_index_sets.append(index_set)
    train, val, test = [], [], []
    for index_set in shuffle_big(big_index_sets) + shuffle_small(small_index_sets):
        if len(train) + len(index_set) <= train_size:
            train += index_set
        elif len(val) + len(index_set) <= val_size:
            val += index_set
        else:
            test += index_set
    return train, val, test


def random_scaffold_split(scaffolds, frac_valid, frac_test, shuffle):
    """``random_scaffold_split`` in the release of Hu et al. 2020."""
    n_total_valid = int(frac_valid * len(scaffolds) // 1)
    n_total_test = int(frac_test * len(scaffolds) // 1)
    train, valid, test = [], [], []
    for members in shuffle(list(groups_of(scaffolds).values())):
        if len(valid) + len(members) <= n_total_valid:
            valid.extend(members)
        elif len(test) + len(members) <= n_total_test:
            test.extend(members)
        else:
            train.extend(members)
    return train, valid, test
