// Parameters in and out of safetensors files under their reference names.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mgkit/io/safetensors.hpp"
#include "mgkit/nn/module.hpp"

namespace mgkit::nn {

/// Values of leaves on their way to or from a file.
template <tensor T>
std::vector<typename backend_traits<T>::scalar> host_values(context& ctx, const T& value) {
    std::vector<typename backend_traits<T>::scalar> out(
        static_cast<std::size_t>(shape_of(value).elements()));
    backend_traits<T>::to_host(ctx, value, out);
    return out;
}

/// Which names of a file belong to the module: those that start with `prefix`, which is cut off.
struct load_options {
    std::string prefix;
    bool ignore_extra = false;  ///< accept names below the prefix that the module does not have
};

namespace detail {
inline std::string extents_text(const std::vector<std::int64_t>& extents) {
    std::string out = "[";
    for (std::size_t i = 0; i < extents.size(); ++i)
        out += (i ? ", " : "") + std::to_string(extents[i]);
    return out + "]";
}

template <class Leaf>
std::vector<std::int64_t> leaf_extents(const Leaf& leaf) {
    if constexpr (std::is_same_v<Leaf, std::int64_t>) {
        return {};
    } else if constexpr (is_parameter<Leaf>) {
        return leaf_extents(leaf.value);
    } else {
        const shape s = shape_of(leaf);
        return {s.begin(), s.end()};
    }
}
}  // namespace detail

/// Loads every leaf of a module from a file, or nothing: all differences (missing names, other
/// shapes, names the module does not have) are listed in one error before anything is written.
/// Second names of shared members may be absent from the file.
template <class M>
void load(context& ctx, M& root, const io::safetensors_file& file,
          const load_options& options = {}) {
    std::vector<std::string> differences;
    std::set<std::string> known;
    visit(root, [&](const leaf_name& name, auto& leaf) {
        const std::string stored = options.prefix + name.text;
        known.insert(stored);
        if (!file.contains(stored)) {
            if (!name.alias) differences.push_back(stored + " is missing");
        } else if (file.shape(stored) != detail::leaf_extents(leaf)) {
            differences.push_back(stored + " is " + detail::extents_text(file.shape(stored)) +
                                  " instead of " +
                                  detail::extents_text(detail::leaf_extents(leaf)));
        }
    });
    if (!options.ignore_extra)
        for (const auto& entry : file.entries())
            if (entry.name.starts_with(options.prefix) && !known.contains(entry.name))
                differences.push_back(entry.name + " is unknown");
    if (!differences.empty()) {
        std::string found = text(differences.size(), " differences: ");
        constexpr std::size_t shown = 40;
        for (std::size_t i = 0; i < differences.size() && i < shown; ++i)
            found += (i ? ", " : "") + differences[i];
        if (differences.size() > shown) found += ", ...";
        throw error(file.path(), "the parameters of this model", found,
                    "build the model with the sizes the file was saved with");
    }
    visit(root, [&](const leaf_name& name, auto& leaf) {
        using leaf_type = std::remove_reference_t<decltype(leaf)>;
        const std::string stored = options.prefix + name.text;
        if (name.alias) return;
        if constexpr (std::is_same_v<leaf_type, std::int64_t>) {
            leaf = file.read<std::int64_t>(stored).at(0);
        } else {
            const auto write = [&]<tensor T>(T& target) {
                using scalar = typename backend_traits<T>::scalar;
                const auto values = file.read<scalar>(stored);
                backend_traits<T>::assign(
                    ctx, target, backend_traits<T>::from_host(ctx, values, shape_of(target)));
            };
            if constexpr (detail::is_parameter<leaf_type>)
                write(leaf.value);
            else
                write(leaf);
        }
    });
}

/// Host copies of a module's leaves, ready to be written; several modules may share one archive.
class archive_writer {
public:
    template <class M>
    void add(context& ctx, M& root, const std::string& prefix = {}) {
        visit(root, [&](const leaf_name& name, auto& leaf) {
            using leaf_type = std::remove_reference_t<decltype(leaf)>;
            if constexpr (std::is_same_v<leaf_type, std::int64_t>)
                put(prefix + name.text, std::vector<std::int64_t>{leaf}, {});
            else if constexpr (detail::is_parameter<leaf_type>)
                put(prefix + name.text, host_values(ctx, leaf.value), detail::leaf_extents(leaf));
            else
                put(prefix + name.text, host_values(ctx, leaf), detail::leaf_extents(leaf));
        });
    }

    template <class V>
    void put(std::string name, std::vector<V> values, std::vector<std::int64_t> extents) {
        auto owned = std::make_shared<std::vector<V>>(std::move(values));
        entries_.push_back(io::entry_of(std::move(name), *owned, std::move(extents)));
        owners_.push_back(std::move(owned));
    }

    /// Writes everything atomically.
    void save(const std::string& path, const io::text_map& metadata = {}) const {
        io::write_safetensors(path, entries_, metadata);
    }

private:
    std::vector<io::tensor_entry> entries_;
    std::vector<std::shared_ptr<void>> owners_;
};

/// Writes a module's parameters and buffers, shared ones under each of their names.
template <class M>
void save(context& ctx, M& root, const std::string& path, const io::text_map& metadata = {}) {
    archive_writer out;
    out.add(ctx, root);
    out.save(path, metadata);
}

}  // namespace mgkit::nn
