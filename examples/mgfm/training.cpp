// SPDX-License-Identifier: MIT
#include "training.hpp"
#include "views.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
#include "mgkit/augment/varied_views.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/nn/transfer.hpp"
#include "mgkit/pretext/make_method.hpp"
#include "mgkit/study/fold.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "mgkit/train/fit.hpp"
#include "mgkit/train/list.hpp"
#if defined(MGKIT_GEMM_ONEDNN)
#include "mgkit/backend/eigen_bf16.hpp"
#endif

namespace mgfm {

using namespace mgkit;

namespace {

/// Of methods that take any number.
constexpr std::size_t pretraining_views = 4;

train::adam optimiser_of(const training_options& training) {
    return {.rate = training.rate, .weight_decay = training.weight_decay};
}

/// What `train::fit` cannot see of a run.
recipe further(const training_options& training, const recipe& prepared) {
    recipe out = prepared;
    return out.set("products", training.products);
}

struct fitted {
    std::vector<train::epoch_record> history;
    recipe made_of;
};

template <class Method, class Views>
fitted fit(context& ctx, Method& method, const Views& augmented, const data::clip_set& clips,
           const encode::clip_input& input, const training_options& training,
           const std::string& checkpoint, const recipe& prepared, const on_progress& progress) {
    const train::adam adam = optimiser_of(training);
    const train::constant_schedule rates;
    const train::fit_settings settings{
        .epochs = training.epochs, .batch = training.batch, .run = further(training, prepared)};
    const data::clip_set own = study::counted(clips);
    train::skeleton_views views(own, input, augmented);
    recipe made_of = train::recipe_of(ctx, method, views, adam, rates, settings);
    return {train::fit(ctx, method, views, adam, rates, settings, train::checkpoints{checkpoint},
                       reporter{progress, clips.size()}),
            std::move(made_of)};
}

augment::stage_list training_policy(const data::clip_set& clips, const model_options& model,
                                    const training_options& training) {
    return policy_of(training.views, clips, model.frames, training.min_crop);
}

/// What AimCLR's extreme views undergo beside the policy.
augment::stage_list extreme(const augment::stage_list& policy, const data::clip_set& clips) {
    std::vector<augment::any_stage> stages = policy.stages();
    const augment::stage_list published(augment::aimclr_extreme(clips.topology));
    for (const augment::any_stage& stage : published.stages())
        if (stage.name() != augment::temporal_crop::name && stage.name() != augment::shear::name)
            stages.push_back(stage);
    return augment::stage_list(std::move(stages));
}

/// `f(views, words)` with the views that a method compares: a third and a fourth one are extreme.
template <class F>
auto with_views(const std::string& method, const augment::stage_list& policy,
                const data::clip_set& clips, const F& f) {
    const auto alike = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
        return f(augment::n_views<K, augment::stage_list>{policy},
                 text(K, " views, ", settings_text(policy)));
    };
    switch (pretext::traits_of<pretext::all<tensor>>(method).wanted_views) {
        case 1:
            return alike(std::integral_constant<std::size_t, 1>{});
        case 2:
            return alike(std::integral_constant<std::size_t, 2>{});
        case 3: {
            using stages = augment::stage_list;
            const augment::varied_views<stages, stages, stages> views{
                {policy, policy, extreme(policy, clips)}};
            return f(views, text("3 views, ", settings_text(views)));
        }
        case 4: {
            using stages = augment::stage_list;
            const stages strong = extreme(policy, clips);
            const augment::varied_views<stages, stages, stages, stages> views{
                {policy, policy, strong, strong}};
            return f(views, text("4 views, ", settings_text(views)));
        }
        default:
            return alike(std::integral_constant<std::size_t, pretraining_views>{});
    }
}

recipe training_parts(const encode::clip_input& input, const model_options& model,
                      const training_options& training, std::string views) {
    recipe out = encoder_parts(input, model);
    out.set("views", std::move(views));
    out.set("optimiser", text(train::adam::name, settings_text(optimiser_of(training))));
    out.set("epochs", text(training.epochs));
    out.set("batch", text(training.batch));
    return out;
}

/// What a method made by name is told.
pretext::method_settings method_of(const data::clip_set& clips, const model_options& model) {
    return {.queue = model.queue, .skeleton = pretext::facts_of_skeleton(clips.topology)};
}

/// Trains on tensors T; the encoder that comes back is float in any case.
template <class T>
training_result pretrain_with(const augment::stage_list& policy, const data::clip_set& clips,
                              const encode::clip_input& input, const model_options& model,
                              const training_options& training, std::uint64_t seed, int threads,
                              const std::string& checkpoint, const recipe& prepared,
                              const on_progress& progress) {
    trained_encoder out(input, model, seed, threads);
    context& ctx = out.get().ctx;
    auto method = pretext::make_method<T>(model.method, nn::scope(ctx), settings_of(input, model),
                                          method_of(clips, model));
    fitted done = with_views(model.method, policy, clips, [&](const auto& views, const auto&) {
        return fit(ctx, method, views, clips, input, training, checkpoint, prepared, progress);
    });
    auto& trained = method.template encoder<encode::any_encoder<T>>();
    if constexpr (std::is_same_v<T, tensor>)
        out.get().model = std::move(trained);
    else
        nn::transfer(ctx, out.get().model, ctx, trained);
    return {std::move(out), std::move(done.history), std::move(done.made_of)};
}

}  // namespace

std::vector<std::string> encoder_names() {
    std::vector<std::string> out;
    encode::all<tensor>::for_each(
        [&out](auto tag) { out.emplace_back(decltype(tag)::type::name); });
    return out;
}

std::vector<std::string> pretraining_names() {
    std::vector<std::string> out;
    pretext::all<tensor>::for_each([&out](auto tag) {
        using method = typename decltype(tag)::type;
        if (!pretext::traits_of<method>().uses_labels) out.emplace_back(method::name);
    });
    return out;
}

namespace {

/// Whether the named encoder has two streams of tokens.
bool two_streams(const nn::fact_map& settings) {
    bool out = false;
    encode::with_encoder<encode::all<tensor>>(settings, "--encoder", [&out]<class E>(type_tag<E>) {
        out = encode::two_stream_encoder<E, tensor>;
    });
    return out;
}

}  // namespace

void check_settings(const model_options& model) {
    const nn::fact_map named{{"encoder", model.encoder}};
    nn::fact_map stated = stated_settings(model.set);
    stated.merge(nn::fact_map(named));
    encode::with_encoder<encode::all<tensor>>(named, "--encoder", [&stated]<class E>(type_tag<E>) {
        encode::settings_of<typename E::settings>(stated, "--set");
    });
    const auto all = encode::complete_settings<encode::all<tensor>>(named, "--encoder");
    std::string known;
    for (const auto& [name, value] : all)
        if (name != "encoder") known += (known.empty() ? "" : ", ") + name;
    for (const auto& [name, value] : {std::pair{"width", model.width}, {"heads", model.heads}}) {
        if (value > 0 && !all.contains(name))
            say(text("note: ", model.encoder, " has no setting ", name, ", so --", name,
                     " changes nothing; it has ", known));
        if (value > 0 && stated.contains(name))
            wrong_usage(text("--", name, " and --set ", name, " are the same"));
    }
}

nn::fact_map settings_of(const encode::clip_input& input, const model_options& model) {
    auto out =
        encode::complete_settings<encode::all<tensor>>({{"encoder", model.encoder}}, "--encoder");
    const auto clip = input.extents();
    encode::clip_extents::each_named(
        clip, [&out](const char* name, int value) { out[name] = nn::exact(value); });
    if (out.contains("graph")) out["graph"] = input.graph();
    const bool small = two_streams(out);
    const auto size = [&](const char* name, int stated, int otherwise) {
        if (out.contains(name) && (stated > 0 || small))
            out[name] = nn::exact(stated > 0 ? stated : otherwise);
    };
    size("width", model.width, 64);
    size("heads", model.heads, 4);
    for (const auto& [name, value] : stated_settings(model.set)) out[name] = value;
    encode::with_encoder<encode::all<tensor>>(out, "--encoder", [&out]<class E>(type_tag<E>) {
        encode::settings_of<typename E::settings>(out, "--set");
    });
    return out;
}

std::vector<study::setting> encoder_settings(const encode::clip_input& input,
                                             const model_options& model) {
    std::vector<study::setting> out{{"encoder", model.encoder}};
    for (const auto& [name, value] : settings_of(input, model))
        if (name != "encoder" && name != "channels" && name != "joints" && name != "persons" &&
            name != "frames")
            out.push_back({name, value});
    return out;
}

recipe input_parts(const encode::clip_input& input) {
    return {{"input", encode::input_text(input)}};
}

recipe encoder_parts(const encode::clip_input& input, const model_options& model) {
    recipe out = input_parts(input);
    return out.set("encoder", encode::settings_words<encoder>(settings_of(input, model)));
}

recipe pretraining_parts(const data::clip_set& clips, const encode::clip_input& input,
                         const model_options& model, const training_options& training) {
    recipe out = with_views(model.method, training_policy(clips, model, training), clips,
                            [&](const auto&, const std::string& words) {
                                return training_parts(input, model, training, words);
                            });
    out.set("method", model.method);
    out.add(pretext::words_of<pretext::all<tensor>>(model.method, method_of(clips, model)));
    return out.set("products", training.products);
}

int shortest_crop(const data::clip_set& clips, int stated) {
    if (stated > 0) return stated;
    std::vector<int> lengths = clips.num_frames;
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    return std::max(1, std::min(64, *middle / 2));
}

training_result pretrain(const data::clip_set& clips, const encode::clip_input& input,
                         const model_options& model, const training_options& training,
                         std::uint64_t seed, int threads, const std::string& checkpoint,
                         const recipe& prepared, const on_progress& progress) {
    const auto on = [&]<class T>(std::type_identity<T>) {
        return pretrain_with<T>(training_policy(clips, model, training), clips, input, model,
                                training, seed, threads, checkpoint, prepared, progress);
    };
#if defined(MGKIT_GEMM_ONEDNN)
    if (training.products == "bf16") return on(std::type_identity<eigen::bf16>{});
#endif
    if (training.products != "float")
        wrong_usage("--products " + training.products + ": this build has no oneDNN; use float");
    return on(std::type_identity<tensor>{});
}

}  // namespace mgfm
