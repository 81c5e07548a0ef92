// SPDX-License-Identifier: MIT
// Parameters to files and back: every bit, or nothing and every reason.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/nn/dst_layer.hpp"
#include "mgkit/nn/projector.hpp"
#include "mgkit/nn/transfer.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace {

template <class S>
using tensor_of_type = eigen::tensor<S>;

/// A shared member, buffers and counters: everything an archive can hold.
template <class T>
struct sample {
    nn::dst_layer<T> layer;
    nn::projector<T> head;

    explicit sample(context& ctx, extent tokens = 5, extent width = 4)
        : layer(nn::scope(ctx, "layer"), tokens, width, {.heads = 2}),
          head(nn::scope(ctx, "head"), width, 2 * width, 3) {}
    static constexpr auto fields() {
        return nn::members(nn::field("layer", &sample::layer), nn::field("head", &sample::head));
    }
};

/// Copies of a model's leaves except those that `leave_out` names; `prefix` before each name.
template <class M, class LeaveOut>
nn::archive_writer without(context& ctx, M& model, const std::string& prefix,
                           LeaveOut&& leave_out) {
    nn::archive_writer out;
    const auto all = nn::leaves(model);
    for (const auto& l : all)
        if (!leave_out(l)) out.add(ctx, std::decay_t<decltype(all)>{l}, prefix);
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("an archive gives back every bit, special values included", "[archive][quick]",
                   float, double) {
    using S = TestType;
    using T = eigen::tensor<S>;
    const scratch_folder folder;
    context ctx{.seed = 1}, other{.seed = 2};
    sample<T> model(ctx), copy(other);
    const std::vector<S> special{S(-0.0),
                                 std::numeric_limits<S>::denorm_min(),
                                 std::numeric_limits<S>::max(),
                                 std::numeric_limits<S>::infinity(),
                                 S(1) / S(3),
                                 S(0.1),
                                 S(-1e-30),
                                 S(7)};
    backend_traits<T>::assign(ctx, model.head.norm1.running_mean,
                              backend_traits<T>::from_host(ctx, special, {8}));
    model.head.norm2.num_batches_tracked = (std::int64_t{1} << 53) + 1;
    const auto wanted = bits_of(ctx, model);
    REQUIRE(bits_of(other, copy) != wanted);
    nn::save(ctx, model, folder / "m.safetensors", {{"who", "test"}});
    const io::safetensors_file file(folder / "m.safetensors");
    nn::load(other, copy, file);
    CHECK(bits_of(other, copy) == wanted);
    CHECK(bits_of(ctx, model) == wanted);
    CHECK(file.metadata().at("who") == "test");
    CHECK(file.at("layer.DSA.attn.in_proj_weight").bytes.size() == 48 * sizeof(S));
    CHECK(file.entries().size() == names_of(model, true).size());

    nn::save(other, copy, folder / "again.safetensors", {{"who", "test"}});
    const io::mapped_file first(folder / "m.safetensors"), second(folder / "again.safetensors");
    CHECK(std::equal(first.bytes().begin(), first.bytes().end(), second.bytes().begin(),
                     second.bytes().end()));
}

TEST_CASE("a file that does not fit is refused with every difference, and nothing is written",
          "[archive][quick]") {
    using T = eigen::tensor<double>;
    const scratch_folder folder;
    context ctx{.seed = 1};
    sample<T> model(ctx);
    const auto before = bits_of(ctx, model);
    const auto refused = [&](const nn::archive_writer& archive) {
        archive.save(folder / "x.safetensors");
        const std::string line =
            refusal([&] { nn::load(ctx, model, io::safetensors_file(folder / "x.safetensors")); });
        CHECK(bits_of(ctx, model) == before);
        return line;
    };

    sample<T> source(ctx);
    fill(ctx, source.head.first.weight.value, 9);
    auto several = without(ctx, source, "", [](const auto& leaf) {
        return leaf.name == "layer.CA.norm1.weight" || leaf.name == "head.1.running_var" ||
               leaf.name == "head.4.num_batches_tracked" || leaf.name == "head.6.bias";
    });
    several.put("head.6.bias", std::vector<double>(4), {4});
    several.put("layer.CA.norm1.wieght", std::vector<double>(4), {4});
    const std::string line = refused(several);
    CHECK_CONTAINS(line, "5 differences");
    CHECK_CONTAINS(line, "layer.CA.norm1.weight is missing");
    CHECK_CONTAINS(line, "head.1.running_var is missing");
    CHECK_CONTAINS(line, "head.4.num_batches_tracked is missing");
    CHECK_CONTAINS(line, "head.6.bias is [4] instead of [3]");
    CHECK_CONTAINS(line, "layer.CA.norm1.wieght is unknown");
    CHECK_CONTAINS(line, "x.safetensors");

    context big{.seed = 5};
    sample<T> wider(big, 5, 6), longer(big, 7, 4);
    CHECK_CONTAINS(refused(without(big, wider, "", [](const auto&) { return false; })),
                   "layer.CA.attn.in_proj_weight is [18, 6] instead of [12, 4]");
    const std::string tokens = refused(without(big, longer, "", [](const auto&) { return false; }));
    CHECK_CONTAINS(tokens, "4 differences");
    CHECK_CONTAINS(tokens, "layer.DSA.wt2.weight is [7, 7] instead of [5, 5]");

    // More differences than a line can take are counted and cut.
    nn::archive_writer nothing;
    nothing.put("z", std::vector<double>(1), {1});
    const std::string cut = refused(nothing);
    CHECK_CONTAINS(cut, "43 differences");
    CHECK_CONTAINS(cut, ", ...");
}

TEST_CASE("a value that does not convert is found before anything is written", "[archive]") {
    using T = eigen::tensor<float>;
    const scratch_folder folder;
    context ctx{.seed = 1};
    sample<T> model(ctx);
    const auto before = bits_of(ctx, model);
    const auto last = [](const auto& leaf) { return leaf.name == "head.6.bias"; };

    sample<eigen::tensor<double>> source(ctx);
    auto archive = without(ctx, source, "", last);
    archive.put("head.6.bias", std::vector<double>{1, 2, 1e300}, {3});
    archive.save(folder / "x.safetensors");
    CHECK_REFUSED(nn::load(ctx, model, io::safetensors_file(folder / "x.safetensors")),
                  "head.6.bias");
    CHECK(bits_of(ctx, model) == before);

    auto counted = without(ctx, source, "", [](const auto& leaf) {
        return leaf.name == "head.4.num_batches_tracked";
    });
    counted.put("head.4.num_batches_tracked", std::vector<double>{2.5}, {});
    counted.save(folder / "x.safetensors");
    CHECK_REFUSED(nn::load(ctx, model, io::safetensors_file(folder / "x.safetensors")),
                  "head.4.num_batches_tracked");
    CHECK(bits_of(ctx, model) == before);
}

TEST_CASE("a file of another precision is converted", "[archive][quick]") {
    const scratch_folder folder;
    context ctx{.seed = 1};
    sample<eigen::tensor<double>> wide(ctx);
    context other{.seed = 2};
    sample<eigen::tensor<float>> narrow(other);
    nn::save(ctx, wide, folder / "m.safetensors");
    nn::load(other, narrow, io::safetensors_file(folder / "m.safetensors"));
    const auto from = nn::host_values(ctx, wide.layer.CA.attn.in_proj_weight.value);
    const auto to = nn::host_values(other, narrow.layer.CA.attn.in_proj_weight.value);
    for (std::size_t i = 0; i < from.size(); ++i) CHECK(to[i] == static_cast<float>(from[i]));
}

TEST_CASE("second names may be absent; where they are present they must agree", "[archive]") {
    using T = eigen::tensor<float>;
    const scratch_folder folder;
    context ctx{.seed = 1}, other{.seed = 2};
    sample<T> model(ctx), copy(other);
    without(ctx, model, "", [](const auto& leaf) {
        return leaf.alias;
    }).save(folder / "once.safetensors");
    nn::load(other, copy, io::safetensors_file(folder / "once.safetensors"));
    CHECK(bits_of(other, copy) == bits_of(ctx, model));

    auto archive = without(ctx, model, "", [](const auto& leaf) {
        return leaf.name == "layer.DSA.attn.out_proj.bias";
    });
    archive.put("layer.DSA.attn.out_proj.bias", std::vector<float>{0, 0, 0, 1}, {4});
    archive.save(folder / "twice.safetensors");
    const auto before = bits_of(other, copy);
    CHECK_REFUSED(nn::load(other, copy, io::safetensors_file(folder / "twice.safetensors")),
                  "layer.DSA.attn.out_proj.bias differs from layer.CA.attn.out_proj.bias");
    CHECK(bits_of(other, copy) == before);
}

TEST_CASE("prefixes select, other names are ignored only on request", "[archive]") {
    using T = eigen::tensor<float>;
    const scratch_folder folder;
    context ctx{.seed = 1}, other{.seed = 2};
    sample<T> model(ctx), copy(other);
    auto archive = without(ctx, model, "backbone.", [](const auto&) { return false; });
    archive.put("fc.weight", std::vector<float>(2), {2});
    archive.save(folder / "m.safetensors");
    const io::safetensors_file file(folder / "m.safetensors");
    CHECK_REFUSED(nn::load(other, copy, file), "is missing");
    nn::load(other, copy, file, {.prefix = "backbone."});
    CHECK(bits_of(other, copy) == bits_of(ctx, model));

    archive.put("backbone.extra", std::vector<float>(2), {2});
    archive.save(folder / "m.safetensors");
    const io::safetensors_file more(folder / "m.safetensors");
    CHECK_REFUSED(nn::load(other, copy, more, {.prefix = "backbone."}),
                  "backbone.extra is unknown");
    nn::load(other, copy, more, {.prefix = "backbone.", .ignore_extra = true});
}

TEST_CASE("one archive holds several modules, never one name twice", "[archive][quick]") {
    using T = eigen::tensor<float>;
    const scratch_folder folder;
    context ctx{.seed = 1};
    sample<T> model(ctx);
    nn::archive_writer out;
    out.add(ctx, model, "a.");
    out.add(ctx, model, "b.");
    out.save(folder / "two.safetensors");
    context other{.seed = 4};
    sample<T> copy(other);
    nn::load(other, copy, io::safetensors_file(folder / "two.safetensors"), {.prefix = "b."});
    CHECK(bits_of(other, copy) == bits_of(ctx, model));
    out.add(ctx, model, "b.");
    CHECK_REFUSED(out.save(folder / "two.safetensors"), "one that is taken");
    nn::load(other, copy, io::safetensors_file(folder / "two.safetensors"), {.prefix = "a."});
    CHECK_REFUSED(nn::save(ctx, model, folder / "missing/m.safetensors"), "create the folder");
}

TEST_CASE("a model moves to another tensor type with all it holds", "[nn]") {
    using from_type = nn::projector<eigen::tensor<double>>;
    using to_type = nn::projector<eigen::tensor<float>>;
    context ctx{.seed = 3}, other{.seed = 4};
    from_type from(nn::scope(ctx), 5, 7, 3);
    fill(ctx, from.norm1.running_mean, 0.25);
    from.norm2.num_batches_tracked = 12;
    to_type to(nn::scope(other), 5, 7, 3), wider(nn::scope(other), 5, 8, 3);
    nn::transfer(other, to, ctx, from);
    CHECK(to.norm2.num_batches_tracked == 12);
    const auto want = nn::host_values(ctx, from.second.weight.value);
    const auto got = nn::host_values(other, to.second.weight.value);
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(got[i] == static_cast<float>(want[i]));
    CHECK(nn::host_values(other, to.norm1.running_mean) == std::vector<float>(7, 0.25f));

    const auto before = bits_of(other, wider);
    CHECK_REFUSED(nn::transfer(other, wider, ctx, from), "0.weight of [8, 5]");
    CHECK(bits_of(other, wider) == before);
    nn::linear<eigen::tensor<float>> smaller(nn::scope(other), 5, 7);
    CHECK_REFUSED(nn::transfer(other, smaller, ctx, from), "weight of [7, 5]");
}
