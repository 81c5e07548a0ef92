// SPDX-License-Identifier: MIT
// What every augmentation of the list does to a clip: a moving drawing of before and after for
// each, written into the folder that is named.
//
//     draw_augmentations docs/images/augment
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "mgkit/augment/list.hpp"
#include "mgkit/augment/n_views.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/report/chart_animation.hpp"

namespace mg = mgkit;

namespace {

using pose = mg::skeleton::pose_view<const float>;

/// Compositions have parts with pictures of their own.
template <class A>
bool is_stage() {
    const std::string name(A::name);
    return name != "sequence" && name != "one_of";
}

/// A stage at its defaults, for the clip's skeleton where it asks for one.
template <class A>
A stage_for(const mg::skeleton::dynamic& body) {
    if constexpr (requires { A::of(body); })
        return A::of(body);
    else
        return A{};
}

bool same(const pose& a, const pose& b) {
    bool equal = a.shape.frames == b.shape.frames;
    for (int c = 0; equal && c < 2; ++c)
        for (int t = 0; t < a.shape.frames; ++t)
            for (int v = 0; v < a.shape.joints; ++v)
                equal = equal && a.at(c, t, v, 0) == b.at(c, t, v, 0);
    return equal;
}

/// The clip behind the first draw that changes it; `shape` is what it then has.
template <class A>
std::vector<float> changed(const A& stage, const pose& clip, mg::skeleton::pose_shape& shape) {
    const mg::augment::n_views<1, A> once{stage};
    mg::augment::workspace<float> work;
    std::vector<float> out;
    for (std::uint32_t draw = 0; draw < 20; ++draw) {
        shape = once.shape({clip.shape, clip.length, {}});
        out.assign(shape.size(), 0);
        once.template operator()<float>({.seed = draw}, clip, out, work);
        if (!same(clip, {out.data(), shape, shape.frames})) break;
    }
    return out;
}

}  // namespace

int main(int count, char** arguments) try {
    const std::filesystem::path folder(count > 1 ? arguments[1] : "");
    if (!folder.empty()) std::filesystem::create_directories(folder);
    const auto clips = mg::data::make_synthetic(
        {.subjects = 2, .repetitions = 1, .frames = 24, .view_degrees = 0, .noise = 0.002});
    const pose clip = clips.clip(2);
    const auto& body = clips.topology;
    std::vector<mg::skeleton::joint_pair> bones;
    for (int joint = 0; joint < static_cast<int>(body.parents.size()); ++joint)
        if (const int parent = body.parents[static_cast<std::size_t>(joint)]; parent != joint)
            bones.push_back({joint, parent});

    std::set<std::string> drawn;
    mg::augment::all::for_each([&](auto tag) {
        using stage = typename decltype(tag)::type;
        if (!is_stage<stage>()) return;
        // A stage with a probability has the name of the stage.
        const std::string name(stage::name);
        if (!drawn.insert(name).second) return;
        mg::skeleton::pose_shape shape;
        const auto values = changed(stage_for<stage>(body), clip, shape);
        const pose behind{values.data(), shape, shape.frames};
        const std::vector<mg::report::moving_clip> pair{
            {clip, mg::report::clip_role::query, {"before"}},
            {behind, mg::report::clip_role::query, {"after"}}};
        const auto drawing = mg::report::animation_chart(name, pair, bones);
        if (!folder.empty())
            mg::io::write_file((folder / (name + ".svg")).string(), drawing.document());
    });
    if (folder.empty())
        std::printf("%zu drawings; name a folder to have them written\n", drawn.size());
    else
        std::printf("%zu drawings in %s\n", drawn.size(), folder.string().c_str());
} catch (const std::exception& wrong) {
    std::fprintf(stderr, "%s\n", wrong.what());
    return 1;
}
