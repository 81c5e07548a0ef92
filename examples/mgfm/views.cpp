// SPDX-License-Identifier: MIT
#include "views.hpp"

#include <utility>

#include "mgkit/augment/by_name.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/skeleton/ntu25.hpp"
#include "pipeline.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

std::vector<augment::named_stage> known_stages(const skeleton::dynamic& of) {
    auto out = augment::default_stages(of);
    for (auto& stage : augment::prior_stages(of)) out.push_back(std::move(stage));
    return out;
}

augment::crop_resize whole_clip(int frames) {
    augment::crop_resize out = augment::crop_resize::none();
    out.frames = frames;
    return out;
}

}  // namespace

augment::stage_list policy_of(const std::string& words, const data::clip_set& clips, int frames,
                              int min_crop) {
    const auto cropped = [&](auto policy) {
        auto& crop = policy.template get<augment::crop_resize>();
        crop.min_crop = shortest_crop(clips, min_crop);
        crop.frames = frames;
        return policy;
    };
    if (words == "reference") return augment::stage_list(cropped(augment::reference_preset()));
    if (words == "mg")
        return augment::stage_list(cropped(augment::mg_fm::of(clips.topology)).stages);
    auto known = known_stages(clips.topology);
    for (auto& [name, stage] : known)
        if (name == augment::crop_resize::name) {
            augment::crop_resize crop;
            crop.min_crop = shortest_crop(clips, min_crop);
            crop.frames = frames;
            stage = crop;
        }
    std::vector<augment::any_stage> stages{whole_clip(frames)};
    const augment::stage_list named = augment::stages_by_name(words, known, "views");
    stages.insert(stages.end(), named.stages().begin(), named.stages().end());
    return augment::stage_list(std::move(stages));
}

std::string wrong_views(const std::string& words) {
    if (words == "reference" || words == "mg") return "";
    try {
        augment::stages_by_name(words, known_stages(skeleton::dynamic::copy_of(skeleton::ntu25{})),
                                "views");
        return "";
    } catch (const error& e) {
        return e.what();
    }
}

std::vector<std::string> stage_names() {
    std::vector<std::string> out;
    for (auto& stage : known_stages(skeleton::dynamic::copy_of(skeleton::ntu25{})))
        out.push_back(std::move(stage.name));
    return out;
}

}  // namespace mgfm
