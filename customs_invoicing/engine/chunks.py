"""Work that is shared out: what has to stay together, in parts of about one size."""


def together(members, groups):
    """Return tuples of members that groups tie together, directly or through others.

    :param members: what is shared out, in its order
    :param groups: iterables of members; of those that are no members nothing is said
    """
    parent = {member: member for member in members}

    def root(member):
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for group in groups:
        known = [member for member in group if member in parent]
        for member in known[1:]:
            parent[root(member)] = root(known[0])
    found = {}
    for member in members:
        found.setdefault(root(member), []).append(member)
    return [tuple(part) for part in found.values()]


def in_chunks(parts, size):
    """Return lists of whole parts with about ``size`` members each, in their order.

    A part that is larger than that is a chunk by itself.
    """
    chunks, count = [], 0
    for part in parts:
        if not chunks or count + len(part) > size:
            chunks.append([])
            count = 0
        chunks[-1].append(part)
        count += len(part)
    return chunks
