// SPDX-License-Identifier: MIT
// Parameters in and out of safetensors files under their reference names.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mgkit/io/json.hpp"
#include "mgkit/io/safetensors.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/nn/leaves.hpp"

namespace MGKIT_NAMESPACE::nn {

/// Values of leaves on their way to or from a file.
template <tensor T>
MGKIT_COLD std::vector<typename backend_traits<T>::scalar> host_values(context& ctx,
                                                                       const T& value) {
    std::vector<typename backend_traits<T>::scalar> out(
        static_cast<std::size_t>(shape_of(value).elements()));
    backend_traits<T>::to_host(ctx, value, out);
    return out;
}

/// Which names of a file belong to the module: those that start with `prefix`, which is cut off.
struct load_options {
    std::string prefix{};
    bool ignore_extra = false;  ///< accept names below the prefix that the module does not have
    bool counters_may_lack = false;  ///< leave counters as they are where the file has none
    /// What a file of another code calls, below the prefix, what the module calls so; null: the
    /// same.
    std::function<std::string(const std::string&)> stored_as{};

    std::string stored(const std::string& name) const {
        return prefix + (stored_as ? stored_as(name) : name);
    }
};

namespace detail {
MGKIT_COLD inline std::string extents_text(const std::vector<std::int64_t>& extents) {
    std::string out = "[";
    for (std::size_t i = 0; i < extents.size(); ++i)
        out += (i ? ", " : "") + std::to_string(extents[i]);
    return out + "]";
}

MGKIT_COLD inline bool same_content(const io::tensor_entry& a, const io::tensor_entry& b) {
    return a.type == b.type &&
           std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end());
}
}  // namespace detail

/// The metadata under which an archive keeps what its modules state.
inline constexpr const char* facts_key = "mgkit.facts";

/// What the modules in a file state, by full name; nothing in files of other programs.
/// Errors: metadata that is no such object.
MGKIT_COLD inline fact_map stored_facts(const io::safetensors_file& file) {
    const auto stored = file.metadata().find(facts_key);
    if (stored == file.metadata().end()) return {};
    const std::string where = file.path() + ": metadata '" + facts_key + "'";
    const io::json facts = io::parse_json(stored->second, where);
    if (!facts.is_object()) throw error(where, "an object", facts.type_name());
    fact_map out;
    for (auto it = facts.begin(); it != facts.end(); ++it)
        out[it.key()] = io::as<std::string>(it.value(), where + ": " + it.key());
    return out;
}

/// Settings that the modules in the file and `wanted` both state and that differ, in words.
MGKIT_COLD inline std::vector<std::string> fact_differences(const io::safetensors_file& file,
                                                            const fact_map& wanted) {
    return differences(stored_facts(file), wanted);
}

/// Values read from a file and found to fit, to be written all together.
using staged_values = std::vector<std::function<void()>>;

namespace detail {

/// Errors: anything in `differences`, in one line.
MGKIT_COLD inline void refuse(const std::string& path,
                              const std::vector<std::string>& differences) {
    if (differences.empty()) return;
    std::string found = text(differences.size(), " differences: ");
    constexpr std::size_t shown = 40;
    for (std::size_t i = 0; i < differences.size() && i < shown; ++i)
        found += (i ? ", " : "") + differences[i];
    if (differences.size() > shown) found += ", ...";
    throw error(path, "the parameters of this model", found,
                "build the model with the sizes and settings the file was saved with");
}

}  // namespace detail

/// Reads and checks leaves; writes nothing. All differences (missing names, other shapes, unequal
/// values under the two names of a shared member, names that the leaves do not have) are listed in
/// one error, after those in `differences` that the caller found. Second names may be absent from
/// the file.
template <tensor T>
MGKIT_COLD staged_values stage(context& ctx, const io::safetensors_file& file,
                               const load_options& options, const leaf_list<T>& leaves,
                               std::vector<std::string> differences = {}) {
    std::set<std::string> known;
    std::map<const void*, std::string> first_name;
    for (const leaf<T>& l : leaves) {
        const std::string stored = options.stored(l.name);
        known.insert(stored);
        if (!l.alias) first_name.emplace(l.place(), stored);
        if (!file.contains(stored)) {
            if (!l.alias && !(l.counter != nullptr && options.counters_may_lack))
                differences.push_back(stored + " is missing");
        } else if (file.shape(stored) != l.extents()) {
            differences.push_back(stored + " is " + detail::extents_text(file.shape(stored)) +
                                  " instead of " + detail::extents_text(l.extents()));
        } else if (l.alias) {
            const std::string& other = first_name[l.place()];
            if (file.contains(other) && !detail::same_content(file.at(stored), file.at(other)))
                differences.push_back(stored + " differs from " + other + ", its other name");
        }
    }
    if (!options.ignore_extra)
        for (const auto& entry : file.entries())
            if (entry.name.starts_with(options.prefix) && !known.contains(entry.name))
                differences.push_back(entry.name + " is unknown");
    detail::refuse(file.path(), differences);
    staged_values staged;
    for (const leaf<T>& l : leaves) {
        if (l.alias) continue;
        const std::string stored = options.stored(l.name);
        if (l.counter != nullptr) {
            if (options.counters_may_lack && !file.contains(stored)) continue;
            staged.push_back(
                [to = l.counter, value = file.read<std::int64_t>(stored).at(0)] { *to = value; });
        } else {
            using scalar = typename backend_traits<T>::scalar;
            const T values =
                backend_traits<T>::from_host(ctx, file.read<scalar>(stored), shape_of(*l.value));
            staged.push_back(
                [&ctx, to = l.value, values] { backend_traits<T>::assign(ctx, *to, values); });
        }
    }
    return staged;
}

MGKIT_COLD inline void write(const staged_values& staged) {
    for (const auto& put : staged) put();
}

/// Loads leaves from a file, or nothing; differences and errors as `stage`. Where the file and
/// `facts` state settings that no shape shows, those must agree too.
template <tensor T>
MGKIT_COLD void load(context& ctx, const leaf_list<T>& leaves, const fact_map& facts,
                     const io::safetensors_file& file, const load_options& options = {}) {
    write(stage(ctx, file, options, leaves, fact_differences(file, facts)));
}
/// The same of a module and what it states.
template <has_leaves M>
MGKIT_COLD void load(context& ctx, M& root, const io::safetensors_file& file,
                     const load_options& options = {}) {
    load(ctx, leaves(root), facts_of(root, options.prefix), file, options);
}

/// Host copies of leaves, ready to be written; several modules may share one archive.
class archive_writer {
public:
    template <tensor T>
    void add(context& ctx, const leaf_list<T>& leaves, const std::string& prefix = {}) {
        for (const leaf<T>& l : leaves)
            if (l.counter != nullptr)
                put(prefix + l.name, std::vector<std::int64_t>{*l.counter}, {});
            else
                put(prefix + l.name, host_values(ctx, *l.value), l.extents());
    }
    void add(const fact_map& facts, const std::string& prefix = {}) {
        for (const auto& [name, value] : facts) facts_.emplace(prefix + name, value);
    }
    /// Takes a module's leaves and what it states.
    template <has_leaves M>
    void add(context& ctx, M& root, const std::string& prefix = {}) {
        add(ctx, leaves(root), prefix);
        facts_.merge(facts_of(root, prefix));
    }

    template <class V>
    void put(std::string name, std::vector<V> values, std::vector<std::int64_t> extents) {
        auto owned = std::make_shared<std::vector<V>>(std::move(values));
        entries_.push_back(io::entry_of(std::move(name), *owned, std::move(extents)));
        owners_.push_back(std::move(owned));
    }

    const std::vector<io::tensor_entry>& entries() const { return entries_; }

    /// Writes everything atomically.
    void save(const std::string& path, io::text_map metadata = {}) const {
        if (!facts_.empty())
            metadata[facts_key] = [this] {
                io::json out = io::json::object();
                for (const auto& [name, value] : facts_) out[name] = value;
                return out.dump();
            }();
        io::write_safetensors(path, entries_, metadata);
    }

private:
    fact_map facts_;
    std::vector<io::tensor_entry> entries_;
    std::vector<std::shared_ptr<void>> owners_;
};

/// Writes a module's parameters and buffers, shared ones under each of their names.
template <has_leaves M>
MGKIT_COLD void save(context& ctx, M& root, const std::string& path,
                     const io::text_map& metadata = {}) {
    archive_writer out;
    out.add(ctx, root);
    out.save(path, metadata);
}

}  // namespace MGKIT_NAMESPACE::nn
